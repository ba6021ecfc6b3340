"""The reader children: started, asked, stopped and replaced; several side by side. Read no mail in this process."""
