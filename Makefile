# Every target makes .venv from constraints.txt when it is missing or out of date, then runs.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/installed
EXTRAS := molecules,plots,tensorboard,balancing,tuning,dev
INSTALL := $(VENV)/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check lint bench evidence recommended molecules-small results clean

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP)  ## train, embed, probe and report on molecules that are always there (minutes)
	@rm -rf demo
	multigraft train chembl2321810 --tasks gc,nc,lp --strategy esame --epochs 40 --seed 0 --out demo/encoder
	multigraft embed demo/encoder chembl2321810 --level graph --out demo/embeddings.parquet
	multigraft probe demo/encoder chembl2321810 --protocol strict
	multigraft report demo/encoder chembl2321810 --out demo/index.html
	@echo
	@echo "Open demo/index.html. Next, your own graphs: put them in a folder in TU layout (README, 'Your own graphs'), then:"
	@echo "  .venv/bin/multigraft data show FOLDER && .venv/bin/multigraft train FOLDER --out my-encoder"

test: $(STAMP)  ## the tests, but for the slow ones
	pytest -n 2 -m "not slow"

test-slow: $(STAMP)  ## the slow tests; where MULTIGRAFT_DATA is set, on real data
	pytest -n 2 -m slow || test $$? -eq 5

lint: $(STAMP)  ## formatting, lint, types, import contracts, dead code
	ruff format --check .
	ruff check .
	ty check
	lint-imports
	vulture

check: lint test  ## lint, then the tests

bench: $(STAMP)  ## race the hot paths against their plain versions; writes benchmarks/ (minutes)
	multigraft bench --out benchmarks/bench.json

evidence: $(STAMP)  ## write docs/evidence.md and docs/results anew from that ledger
	multigraft study evidence --out docs/evidence.md > /dev/null
	$(MAKE) --no-print-directory results

RECOMMENDED := recommended-graphs recommended-strategies recommended-inputs recommended-molecules \
  recommended-scaffolds recommended-numbers recommended-finetuned recommended-pretexts

recommended: $(STAMP)  ## run what the shipped ledger lacks of the recommended encoder's studies (hours), then evidence
	multigraft study run $(RECOMMENDED) --ledger src/multigraft/studies/evidence
	$(MAKE) --no-print-directory evidence

EVALUATED := bbbp,tox21,toxcast,sider,clintox,muv,hiv,bace,freesolv,lipo,qm7,qm8
COMMA := ,
RELEASED := src/multigraft/models/released/molecules-small
TERMS := --licence cc-by-sa-3.0
SCORED := recommended-molecules recommended-scaffolds recommended-numbers
EMPTY :=
PAGES := $(patsubst %,docs/results/%-strict.md,$(SCORED))
ABOUT := docs/released/molecules-small.md,$(subst $(EMPTY) $(EMPTY),$(COMMA),$(PAGES))

molecules-small: $(STAMP)  ## train the released encoder of molecules anew (an hour or two)
	multigraft train fsmol --exclude $(EVALUATED) --epochs 2 --learning-rate 3e-4 --validation-draws 1 --seed 0 --resume --out build/molecules-small
	@rm -rf build/released
	multigraft release build/molecules-small --about $(ABOUT) $(TERMS) --out build/released
	rm -rf $(RELEASED) && mv build/released $(RELEASED)

PRETRAINED := pretraining-table1 pretraining-regression pretraining-architectures frozen-molecules frozen-numbers
STUDIES := same-table1 same-table2 same-table3 same-table4 same-figure1 same-figure3 $(PRETRAINED) \
  recommended-graphs recommended-strategies recommended-inputs $(SCORED) recommended-finetuned recommended-pretexts

results: $(STAMP)  ## write docs/results anew from the ledger that comes with the package
	@rm -rf docs/results
	@for study in $(STUDIES); do \
	  multigraft study table $$study --ledger src/multigraft/studies/evidence --out docs/results > /dev/null && \
	  multigraft study figure $$study --ledger src/multigraft/studies/evidence --out docs/results > /dev/null || exit 1; \
	done
	@rm -f docs/results/*.png docs/results/*.tex docs/results/*.csv
	@rm -rf build/card
	@multigraft release molecules-small --about $(ABOUT) $(TERMS) --out build/card > /dev/null
	@mv build/card/README.md $(RELEASED)/README.md && rm -r build/card
	@ls docs/results

clean:  ## remove what was made, but for .venv
	rm -rf demo build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@echo "Making $(VENV): the versions in constraints.txt (once; some minutes)"
	@PATH='$(SYSTEM_PATH)' $(PYTHON) -m venv $(VENV)
	@echo "  1/2 torch"
	@$(INSTALL) torch
	@echo "  2/2 everything else"
	@$(INSTALL) --editable '.[$(EXTRAS)]'
	@touch $@
