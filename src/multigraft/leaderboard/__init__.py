"""The leaderboard: published, measured and submitted results as one database and as a site of static pages."""
