"""What a screen shows, as frozen values gathered from the ledger: for the command line and the operators' page alike.

`held` what waits for people; `mail` one mail from end to end; `letters` what was sent, whole. Words come from
`wording.toml`; nothing here prints, writes or decides.
"""
