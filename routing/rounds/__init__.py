"""What falls due by calendar and clock, and the signs that the worker lives. Never decides on a mail."""
