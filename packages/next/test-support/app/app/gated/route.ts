export function POST(): Response {
  console.log("the gated route was reached");
  return Response.json({ reached: true });
}
