"""Documents that people read: built of a few blocks, written as Markdown, HTML or .docx."""
