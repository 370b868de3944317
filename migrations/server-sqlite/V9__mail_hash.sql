-- Which of the documents that claim a revision is sent. Absent in mail of earlier versions: the one that stands is taken.
ALTER TABLE mail ADD COLUMN hash TEXT;
