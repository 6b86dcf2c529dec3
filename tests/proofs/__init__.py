"""The three proofs of confidentiality: who sees what, what nobody can infer, and what lies nowhere."""
