"""Who owes what at an instant, and the reports, status and export made of it. Never writes to anybody."""
