"""The routes of `stack-server`, secured as the FastAPI tutorials do it.

Prints `listening on ADDRESS`, and serves until the process is ended.
"""

import socket

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.util import get_remote_address

# As in `src/token.rs`.
SECRET = "known to all who read the bench."
ISSUER = "https://id.example.com"
AUDIENCE = "https://api.example.com"

limiter = Limiter(key_func=get_remote_address)
oauth2_scheme = OAuth2PasswordBearer(tokenUrl="token")

app = FastAPI()
app.state.limiter = limiter
app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example.com"],
    allow_credentials=True,
    allow_methods=["GET", "POST"],
    allow_headers=["Authorization", "Content-Type"],
)


async def current_user(token: str = Depends(oauth2_scheme)) -> dict:
    try:
        return jwt.decode(
            token, SECRET, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER
        )
    except JWTError:
        raise HTTPException(
            status_code=401,
            detail="Could not validate credentials",
            headers={"WWW-Authenticate": "Bearer"},
        )


def require_role(role: str):
    async def check(user: dict = Depends(current_user)) -> dict:
        if role not in user.get("roles", []):
            raise HTTPException(status_code=403, detail="Not enough permissions")
        return user

    return check


@app.get("/protected")
@limiter.limit("100000000/minute")
async def protected(request: Request, user: dict = Depends(require_role("user"))):
    return {"message": "hello"}


@app.get("/plain")
async def plain():
    return {"message": "hello"}


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
