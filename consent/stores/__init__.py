"""Where closed files of evidence lie: a folder of this machine, or a bucket that speaks S3; one setting chooses (O1)."""
