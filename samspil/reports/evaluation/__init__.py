"""The chapters of the report of a study, each made from the study's result."""
