export function POST(): Response {
  return Response.json({ reached: true });
}
