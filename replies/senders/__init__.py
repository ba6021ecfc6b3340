"""How finished mail leaves: SMTP, Drafts and a Maildir behind one protocol. Never changes a byte of it."""
