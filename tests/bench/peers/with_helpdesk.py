"""django-helpdesk: makes a ticket of each mail and tells its sender. No workbook is opened.
Arguments: a folder for its database, host, IMAP port, SMTP port, addresses."""

import sys
from types import ModuleType

import django
from django.conf import settings
from django.core.management import call_command

APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
    "django.contrib.humanize", "django.contrib.messages", "django.contrib.admin", "rest_framework", "helpdesk",
]  # fmt: skip
TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.contrib.auth.context_processors.auth",
            "django.template.context_processors.request",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}


URLS = sys.modules["bench_urls"] = ModuleType("bench_urls")


def main(folder: str, host: str, imap_port: str, smtp_port: str, *addresses: str) -> None:
    """All mail of these mailboxes, one queue each."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/helpdesk.db"}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=APPS,
        TEMPLATES=[TEMPLATES],
        MEDIA_ROOT=f"{folder}/media",
        ROOT_URLCONF=URLS.__name__,
        SITE_ID=1,
        SECRET_KEY="bench",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(smtp_port),
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        HELPDESK_KANBAN_BOARD_ENABLED=False,
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from django.urls import include, path
    from helpdesk.models import Queue, Ticket

    URLS.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
    for number, address in enumerate(addresses):
        Queue.objects.create(
            title=f"Queue {number}",
            slug=f"q{number}",
            email_address=address,
            allow_email_submission=True,
            email_box_type="imap",
            email_box_host=host,
            email_box_port=int(imap_port),
            email_box_user=address,
            email_box_pass="test-password",
            email_box_interval=0,
        )
    call_command("get_email", quiet=True, verbosity=0)
    print(Ticket.objects.count())


if __name__ == "__main__":
    main(*sys.argv[1:])
