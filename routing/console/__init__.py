"""The operators' page (`uketsuke console`): the third door, beside the command line and the worker.

`site` puts it together; `guard` keeps strangers' pages and text out; `signin` who is at it; `access_log` who looked and
who acted; `pages` what is looked at; `acts` what is done, each by the function below the doors that its command calls.
It holds no rule and no SQL, and neither needs the worker nor knows it.
"""
