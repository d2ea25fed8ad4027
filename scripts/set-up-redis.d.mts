export const PRIVATE_REDIS: string;
export const REDIS_LIBRARIES: string;
export function setUpRedis(): void;
