"""The return of 2018 told as events, on embedded servers, with both services running as they would anywhere."""
