"""What our mails say: each kind of letter in words, and the bytes of the finished mail.

Never decides whether one is written, and sends none.
"""
