"""Lock, plan, apply and history: every change of a grade and its causes."""
