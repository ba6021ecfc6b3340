"""An installation below the doors: opened on its settings, and examined for what is not well."""
