"""What may stand in an answer: one file for each kind, with all that is known of how people write it.

A kind speaks data: text in, canonical text or number out, None where it cannot be understood for certain. It knows
no workbook, no sheet and no survey's wording; sheets, rows of lists, amendments by telephone, `check` and the export
all ask here, so that they agree.
"""
