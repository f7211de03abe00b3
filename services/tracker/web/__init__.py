"""What is seen: the read API. It shows the record and changes nothing, save the story clock where there is one."""
