"""Studies: grids of runs whose results land in a ledger, for the papers and for one's own."""
