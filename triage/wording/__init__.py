"""What the service says to people, in their language: English templates with named places, and their translations."""
