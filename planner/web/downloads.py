"""Files of a plan and scenarios, sent only when their names are listed."""
