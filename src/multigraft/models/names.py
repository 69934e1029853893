"""The names of formats that can be imported, for those who must not wait for torch."""

IMPORT_FORMATS = ("pretrain-gnns",)
IMPORTED_ENCODERS = ("gin", "gcn", "graphsage", "gat")
