"""From a checked instance to a Pyomo model: cells, decisions, balances, goals."""
