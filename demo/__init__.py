"""Two stories told as events, on embedded servers, with both services running as they would anywhere.

The return of 2018, and the account of all its remains over six years (`demo.k55`).
"""
