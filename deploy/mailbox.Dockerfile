# A mailbox for trying things out: takes every mail, delivers none; they lie in /mail/new as files.
FROM python:3.13-slim-trixie
COPY locks/mailbox.txt /locks/
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install -q --no-cache-dir --require-hashes -r /locks/mailbox.txt \
 && useradd --system --uid 10001 mailbox && install -d -o mailbox /mail /mail/cur /mail/new /mail/tmp
USER mailbox
VOLUME /mail
CMD ["/opt/venv/bin/python", "-m", "aiosmtpd", "-n", "-l", "0.0.0.0:8025", "-c", "aiosmtpd.handlers.Mailbox", "/mail"]
