#!/bin/sh
# The programs that the tests start: Dovecot, Postfix, LibreOffice, Chromium, systemd-analyze, strace, a Japanese font.
# Installs them where root and apt-get are there; otherwise says what is missing and fails.
set -eu

missing=""
need() { # need COMMAND PACKAGES
    command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"
}
need dovecot "dovecot-imapd dovecot-lmtpd"
need sievec dovecot-sieve
need postfix postfix
need soffice libreoffice-calc
need openssl openssl
need pdftotext poppler-utils
need chromium chromium
need systemd-analyze systemd
need faketime faketime
need strace strace
need mkfs.ext4 e2fsprogs
fc-list 2>/dev/null | grep -qi "noto sans cjk" || missing="$missing fontconfig fonts-noto-cjk"

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "the tests need these Debian packages:$missing" >&2
    echo "install them with: apt-get install$missing" >&2
    exit 1
fi
