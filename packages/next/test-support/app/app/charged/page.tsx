export default function Page() {
  return <p>charged</p>;
}
