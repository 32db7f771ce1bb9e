"""The browser app of `planner serve`: pages over the same words, plans and figures as the other faces."""
