"""Mail that answers none: reminders, requests, notices of extension, reports to prefectures.

Fills the outbox; sends nothing itself.
"""
