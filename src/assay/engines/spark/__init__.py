"""The distributed engine: the same programs as Spark queries, for who outgrows one machine."""
