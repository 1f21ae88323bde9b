"""From compiled rules and tables to scores, their reasons, and what would change them."""
