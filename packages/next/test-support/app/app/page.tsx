import { ChargeForm } from "./charge-form";

export default function Page() {
  return <ChargeForm />;
}
