"""The page of one plan: the report's story, and what a reader can ask of it: cuts of money, rules, why not."""
