"""Mail that answers none: reminders, requests, notices of extension, reports to prefectures.

Never sends: it fills the outbox.
"""
