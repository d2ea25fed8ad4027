export function findPython(): { command: string; env: Record<string, string> } | undefined;
export function setUpPython(): void;
