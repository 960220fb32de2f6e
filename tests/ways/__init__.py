"""Every state of a post and of a delivery, reached as it is in a newsroom: by people, by faults, and by time."""
