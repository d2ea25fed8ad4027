"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";

/** Works without JavaScript too: then the browser shows the lines as they come. */
export function AgentForm() {
  const router = useRouter();
  const [lines, setLines] = useState("");
  const [running, setRunning] = useState(false);

  async function run(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setRunning(true);
    setLines("");
    try {
      const response = await fetch("/api/agent", { method: "POST" });
      if (!response.ok) setLines(`${response.status} `);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const { value } = part;
        setLines((shown) => shown + value);
      }
    } catch {
      setLines((shown) => `${shown}The connection was lost.`);
    } finally {
      setRunning(false);
      router.refresh();
    }
  }

  return (
    <form action="/api/agent" method="post" onSubmit={run}>
      <button type="submit" disabled={running}>
        Run the agent
      </button>
      <pre role="log" aria-label="What the agent does">
        {lines}
      </pre>
    </form>
  );
}
