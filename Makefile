# For those who have make; every target only calls manage.py.
.PHONY: run test check drills bench shots
run:
	python3 manage.py run
test:
	python3 manage.py test
check:
	.ci/run
drills:
	python3 manage.py test tests/drills tests/audit/test_tampered_everywhere.py tests/proofs/test_scan.py --drills
bench:
	python3 manage.py bench
shots:
	python3 manage.py shots
