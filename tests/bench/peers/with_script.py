"""The straightforward script: imap_tools, openpyxl, smtplib. Reads each mail, opens its workbook, looks for
empty answers, and replies. No ledger, no promises. Arguments: host, IMAP port, SMTP port, addresses."""

import io
import smtplib
import sys
from email.mime.text import MIMEText

from imap_tools import MailBoxUnencrypted
from openpyxl import load_workbook


def empty_answers(data: bytes) -> list[str]:
    """Cells of the column of answers that are empty."""
    book = load_workbook(io.BytesIO(data), data_only=True)
    sheet = book.worksheets[0]
    return [cell.coordinate for (cell,) in sheet["E10:E60"] if cell.value is None]


def main(host: str, imap_port: str, smtp_port: str, *addresses: str) -> None:
    """All mail of these mailboxes."""
    answered = 0
    with smtplib.SMTP("127.0.0.1", int(smtp_port)) as smtp:
        for address in addresses:
            with MailBoxUnencrypted(host, int(imap_port)).login(address, "test-password") as mailbox:
                for mail in mailbox.fetch(mark_seen=False, bulk=True):
                    empty = [cell for file in mail.attachments for cell in empty_answers(file.payload)]
                    reply = MIMEText("\n".join(["受け付けました。", *empty]), "plain", "utf-8")
                    reply["Subject"], reply["From"], reply["To"] = f"Re: {mail.subject}", address, mail.from_
                    smtp.send_message(reply)
                    answered += 1
    print(answered)


if __name__ == "__main__":
    main(*sys.argv[1:])
