"""The page that says how results are added, and the file that one can begin with."""

from typing import Any

FIELDS = (
    ("model", True, "who answered"),
    ("task", True, "what was asked: gc, nc, lp, ml, gr, or a name of your own"),
    ("dataset", True, "on which data, as the leaderboard calls them where it knows them"),
    ("protocol", True, "how it was measured: strict, paper, or a name of your own, which makes tables of its own"),
    ("metric", True, "accuracy, balanced_accuracy, roc_auc, average_precision, rmse or mae"),
    ("value", True, "the mean over seeds: a share from 0 to 1, an error in the unit of the data"),
    ("split", True, "how graphs were divided: stratified, scaffold, ..."),
    ("seeds", True, "of splits or trainings: whole numbers, with blanks between, or with commas in quotes"),
    ("std", False, "standard deviation over the seeds"),
    ("values", False, "the value of each seed, in JSON: with them a result can be compared in pairs"),
    ("unit", False, "percent, where shares are from 0 to 100"),
    ("better", False, "higher or lower; has to agree with the metric"),
    ("trained", False, "the tasks that the encoder was trained for, with commas between"),
    ("probe", False, "what read the embeddings"),
    ("features", False, "of pairs of nodes what was read: concat, hadamard or absdiff"),
    ("paper", False, "its title"),
    ("paper_url", False, "where it is"),
    ("code", False, "where the code is"),
    ("date", False, "of the result, such as 2026-11-21"),
)
EXAMPLE = """\
model,task,dataset,protocol,metric,value,split,seeds,std,trained,probe,date
my encoder,gc,ENZYMES,strict,accuracy,0.612,stratified,0 1 2,0.021,"gc,nc",svm,2026-11-21
my encoder,lp,ENZYMES,strict,roc_auc,0.741,stratified,0 1 2,0.013,"gc,nc",svm,2026-11-21
"""


def submit_view() -> dict[str, Any]:
    """What the page shows."""
    return {"title": "Add results", "fields": FIELDS, "example": EXAMPLE}
