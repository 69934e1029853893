"""The names of the studies that come with the package, for those who must not wait for torch."""

STUDY_NAMES = (
    "same-table1", "same-table2", "same-table3", "same-table4", "same-figure1", "same-figure3",
    "same-strategies", "same-gin", "same-pretext",
    "pretraining-table1", "pretraining-regression", "pretraining-architectures", "pretraining-proteins",
    "frozen-molecules", "frozen-numbers", "recommended-graphs", "recommended-inputs",
    "recommended-strategies", "recommended-molecules", "recommended-scaffolds", "recommended-numbers",
    "recommended-finetuned", "recommended-pretexts",
)  # fmt: skip
