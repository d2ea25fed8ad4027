export const PRIVATE_REDIS: string;
export function getRedisLibraries(): string;
export function setUpRedis(): void;
