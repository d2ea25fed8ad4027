import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from "@nestjs/common";

/** What the guard leaves on a request for those who come after it. */
export interface UserRequest {
  headers: Record<string, string | undefined>;
  user: string;
}

/** Knows the user that an agent works for. Where it refuses, no vault key is ever issued. */
@Injectable()
export class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<UserRequest>();
    const user = request.headers["x-user-id"];
    if (!user) throw new UnauthorizedException("x-user-id is missing");
    request.user = user;
    return true;
  }
}
