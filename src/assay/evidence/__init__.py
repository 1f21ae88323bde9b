"""What evidence comes down to: independent origins."""
