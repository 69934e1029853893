"""One training run as a Lightning module: which batch comes when, what is minimised, how it is validated.

Every random draw comes from a generator named by (seed, use, epoch, step or block of steps), so a run that is resumed
draws what the undisturbed run drew; where the balancing forgets, if it is resumed at the start of an epoch.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import lightning as L
import torch
from torch import Tensor

from multigraft.errors import MultigraftError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.part import Part
from multigraft.randomness import generator, seed_of
from multigraft.strategies.balancing.base import Balancing, Equal, total
from multigraft.strategies.base import Losses, Questions, Strategy
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.model import TaskModel
from multigraft.training.groups import frozen_modules, parameter_groups
from multigraft.training.options import TrainOptions

MOST_GRAPHS_VALIDATED_AT_ONCE = 512
GRAPHS_DRAWN_AT_ONCE = 512  # small batches are drawn several at a time: an operation costs more than its few rows
FUSED = ("cpu", "cuda")  # devices for which PyTorch has Adam as a single operation


class TrainingModule(L.LightningModule):
    """Trains ``model`` on the graphs of ``train``, judges it on those of ``validation``."""

    def __init__(
        self,
        model: TaskModel,
        tasks: Sequence[Task],
        strategy: Strategy,
        train: Part,
        validation: Part,
        options: TrainOptions,
        balancing: Balancing | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.tasks = tasks
        self.method = strategy
        self.training_part = train
        self.validation_part = validation
        self.options = options
        self.step = 0
        self.balancer = (balancing or Equal()).start(tasks, model)
        self._outer: Losses = {}
        self._validated: dict[str, float] = {}
        self._losses: dict[str, Tensor] = {}
        self._answers: dict[str, dict[int, list[tuple[Tensor, Examples]]]] = defaultdict(lambda: defaultdict(list))
        self._order: tuple[int, Tensor] = (-1, torch.empty(0, dtype=torch.int64))
        self._validated_by: Tensor | None = None
        self._block: tuple[int, int, list[Questions]] = (-1, -1, [])
        self.frozen = frozen_modules(model.encoder, options.freeze)
        for module in self.frozen:
            module.requires_grad_(False)

    # --- what comes when -----------------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        """Batches an epoch. Episodes need whole ones: graphs that fill none wait for another epoch's order."""
        whole, left = divmod(len(self.training_part), self.options.batch_size)
        least = max((task.fewest for task in self.tasks), default=1)
        return max(1, whole + (not self.method.episodic and left >= least))

    def batch_graphs(self, step: int) -> int:
        """Graphs in a batch; the last may have fewer than the others."""
        return min(self.options.batch_size, len(self.training_part) - step * self.options.batch_size)

    def train_dataloader(self) -> range:
        return range(self.steps)

    def val_dataloader(self) -> range:
        chunks = math.ceil(len(self.validation_part) / MOST_GRAPHS_VALIDATED_AT_ONCE)
        return range(self.options.validation_draws * chunks)

    def on_fit_start(self) -> None:
        """The data lives where the model lives, if there is room."""
        self.training_part = self.training_part.to(self.device)
        self.validation_part = self.validation_part.to(self.device)

    def questions(self, step: int) -> Questions:
        """What is asked in one step of the current epoch; it is drawn together with its neighbours'."""
        block, place = divmod(step, self.block_steps)
        if self._block[:2] != (self.current_epoch, block):
            self._block = (self.current_epoch, block, self._drawn(block))
        return self._block[2][place]

    @property
    def block_steps(self) -> int:
        """Steps whose questions are drawn at once."""
        return max(1, GRAPHS_DRAWN_AT_ONCE // self.options.batch_size)

    def _drawn(self, block: int) -> list[Questions]:
        """The questions of a block of steps."""
        first = block * self.block_steps
        counts = [self.batch_graphs(step) for step in range(first, min(first + self.block_steps, self.steps))]
        start = first * self.options.batch_size
        graphs = self.training_part.select(self._shuffled()[start : start + sum(counts)]).to(self.device)
        draws = generator(self.options.seed, "questions", self.current_epoch, block, device=self.device)
        return self.method.questions(self.tasks, graphs, counts, draws)

    def _shuffled(self) -> Tensor:
        """The order in which this epoch's graphs come."""
        if self._order[0] != self.current_epoch:
            drawn = generator(self.options.seed, "order", self.current_epoch)
            asked = self._order_of(self.training_part, drawn)
            order = torch.randperm(len(self.training_part), generator=drawn) if asked is None else asked
            self._order = (self.current_epoch, order)
        return self._order[1]

    def _order_of(self, part: Part, draws: torch.Generator) -> Tensor | None:
        """The order that the first task with a wish has for a part, None where none has one."""
        wishes = (task.arrangement(part.graphs, part.numbers, draws) for task in self.tasks)
        return next((order.cpu() for order in wishes if order is not None), None)

    def _validation_order(self) -> Tensor:
        """The order in which graphs are validated, the same every time."""
        if self._validated_by is None:
            asked = self._order_of(self.validation_part, generator(self.options.seed, "validation order"))
            self._validated_by = torch.arange(len(self.validation_part)) if asked is None else asked
        return self._validated_by

    # --- training ------------------------------------------------------------------------------------------------

    def training_step(self, _: int, step: int) -> Tensor:
        """The sum of the losses of a step; which one it is Lightning says alone: a resumed epoch's loader does not."""
        seed, epoch = self.options.seed, self.current_epoch
        self.step = step
        torch.manual_seed(seed_of(seed, "dropout", epoch, step))  # for modules that draw from torch's own generator
        if step == 0:
            self._losses = {}
            self.balancer.begin_epoch()
        for module in self.frozen:
            module.eval()  # statistics of batch norms are parameters as well
        losses = self.method.judged(self.model, self.questions(step))
        for name, loss in losses.items():
            self._losses[name] = self._losses.get(name, 0) + loss.detach()
        self._outer = losses
        return total(losses, {})

    def backward(self, loss: Tensor, *_: Any, **__: Any) -> None:
        """Gradients are the balancer's business; ``loss``, the plain sum, is only what is reported."""
        outer, self._outer = self._outer, {}
        self.balancer.backward(outer, self.model)

    def on_train_epoch_end(self) -> None:
        self.log_dict(self.scores(), batch_size=1)

    def loss_sums(self) -> dict[str, float]:
        """The sum of each task's losses over the steps of this epoch so far."""
        return {name: float(loss) for name, loss in self._losses.items()}

    def scores(self) -> dict[str, float]:
        """At an epoch's end ``train/TASK``, a mean loss; when validated, ``validation/TASK`` and ``validation/sum``.

        Raises:
            MultigraftError: a loss is infinite or not a number.
        """
        train = {f"train/{name}": loss / self.steps for name, loss in self.loss_sums().items()}
        if not all(map(math.isfinite, train.values())):
            raise MultigraftError(
                f"the loss is no longer a number in epoch {self.current_epoch} ({train}): use a smaller learning rate"
            )
        return {**train, **self._validated}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint["losses"] = self._losses

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self._losses = checkpoint.get("losses", {})

    def configure_optimizers(self) -> torch.optim.Optimizer:
        groups = parameter_groups(self.model, self.options.learning_rate, self.options.layer_decay)
        groups[0]["params"] = [*groups[0]["params"], *self.balancer.parameters()]
        fused = self.device.type in FUSED  # one pass over all parameters
        return torch.optim.Adam(groups, lr=self.options.learning_rate, fused=fused)

    # --- validation ----------------------------------------------------------------------------------------------

    def on_train_epoch_start(self) -> None:
        self._validated = {}

    def on_validation_epoch_start(self) -> None:
        self._answers.clear()

    def validation_step(self, index: int) -> None:
        for task, graphs, draws in self.validations(index):
            self.answered(task, index, *self.method.answer(self.model, task, graphs, draws))

    def validations(self, index: int) -> Iterator[tuple[Task, PackedGraphs, torch.Generator]]:
        """For each task the graphs that one step of a validation asks about, and what it draws its questions from."""
        chunk, draw = divmod(index, self.options.validation_draws)
        first = chunk * MOST_GRAPHS_VALIDATED_AT_ONCE
        last = min(first + MOST_GRAPHS_VALIDATED_AT_ONCE, len(self.validation_part))
        graphs = self.validation_part.select(self._validation_order()[first:last]).to(self.device)
        for task in self.tasks:
            yield task, graphs, generator(self.options.seed, "validation", chunk, draw, task.name, device=self.device)

    def answered(self, task: Task, index: int, logits: Tensor, examples: Examples) -> None:
        """Keep what was said in one step of a validation until it is scored."""
        self._answers[task.name][index % self.options.validation_draws].append((logits, examples))

    def on_validation_epoch_end(self) -> None:
        means = {
            task.name: _weighted_mean([_score(task, answered) for answered in self._answers[task.name].values()])
            for task in self.tasks
        }
        self._validated = {f"validation/{name}": mean for name, mean in means.items()}
        units = {task.name: task.unit for task in self.tasks}
        self._validated["validation/sum"] = sum(
            mean / units[name] for name, mean in means.items() if not math.isnan(mean)
        )


def _score(task: Task, answered: list[tuple[Tensor, Examples]]) -> tuple[float, int]:
    """The task's score over all chunks of the validation part together, and how many questions they asked."""
    answers = torch.cat([examples.answers for _, examples in answered])
    queries = torch.cat([examples.queries for _, examples in answered], dim=-1)
    asked = Examples(answered[-1][1].graphs, queries, answers)
    return task.metric(torch.cat([logits for logits, _ in answered]), asked), len(answers)


def _weighted_mean(answers: list[tuple[float, int]]) -> float:
    """Mean score by number of questions, over those draws where the score is defined."""
    defined = [(score, asked) for score, asked in answers if not math.isnan(score)]
    total = sum(asked for _, asked in defined)
    return sum(score * asked for score, asked in defined) / total if total else math.nan
