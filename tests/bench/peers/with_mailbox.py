"""django-mailbox: fetches all mail of some mailboxes and stores it. No workbook is opened, nothing answered.
Arguments: a folder for its database, host, IMAP port, addresses."""

import sys
from urllib.parse import quote

import django
from django.conf import settings
from django.core.management import call_command


def main(folder: str, host: str, imap_port: str, *addresses: str) -> None:
    """All mail of these mailboxes."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/mailbox.db"}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django_mailbox"],
        MEDIA_ROOT=f"{folder}/media",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from django_mailbox.models import Mailbox, Message

    for address in addresses:
        uri = f"imap://{quote(address)}:test-password@{host}:{imap_port}"
        for _ in Mailbox.objects.create(name=address, uri=uri).get_new_mail():
            pass
    print(Message.objects.count())


if __name__ == "__main__":
    main(*sys.argv[1:])
