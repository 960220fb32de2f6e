"""Real processes, killed at named points of the publishing way."""
