/** Who is signed in. Stands in for your own sign-in; whatever it reads, it is not the request's body. */
export async function getUser(): Promise<string> {
  return "ada";
}
