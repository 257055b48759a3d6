"""The only place that knows English: text, names, dates, quantities, clauses."""
