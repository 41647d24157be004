# Writes gbsg2_regression.csv: what the Regression and Subgroups tabs must show on GBSG2.
# Rscript tests/oracles/gbsg2_regression.R gbsg2.csv > tests/oracles/gbsg2_regression.csv
# gbsg2.csv is lifelines.datasets.load_gbsg2() as it is.
suppressMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
d$horTh <- factor(d$horTh, levels = c("no", "yes"))
d$tgrade <- factor(d$tgrade, levels = c("I", "II", "III"))
d$menostat <- factor(d$menostat, levels = c("Post", "Pre"))
cc <- coxph.control(eps = 1e-12)
version <- sprintf("R %s.%s, survival %s", R.version$major, R.version$minor, packageVersion("survival"))
cat("case,quantity,of,expected,tolerance,source\n")
row <- function(case, quantity, of, value, call, tolerance = 1e-6) {
  source <- sprintf("%s: %s; GBSG2 as lifelines 0.30.3 ships it, cc <- coxph.control(eps = 1e-12)", version, call)
  cat(sprintf('%s,%s,%s,%.15g,%g,"%s"\n', case, quantity, of, value, tolerance, source))
}
names_of <- c(horThyes = "arm=Hormone therapy", age = "AGE", menostatPre = "MENOSTAT=Pre",
  tsize = "TSIZE", tgradeII = "TGRADE=II", tgradeIII = "TGRADE=III", pnodes = "PNODES")
named <- function(x) {
  parts <- strsplit(x, ":")[[1]]
  known <- function(p) if (p %in% names(names_of)) names_of[[p]] else p
  paste(vapply(parts, known, ""), collapse = " × ")
}
model <- function(case, formula, ties = "efron", cluster = FALSE, robust = FALSE) {
  call <- sprintf("coxph(%s, data=d, ties='%s'%s, control=cc)", deparse1(formula), ties,
    if (robust) ", robust=TRUE" else "")
  fit <- coxph(formula, data = d, ties = ties, robust = robust, control = cc)
  for (name in names(coef(fit))) {
    row(case, "coefficient", named(name), coef(fit)[[name]], call)
    row(case, "std_err", named(name), sqrt(fit$var[match(name, names(coef(fit))), match(name, names(coef(fit)))]), call)
  }
  s <- summary(fit)
  row(case, "likelihood ratio", "model", s$logtest[["test"]], call)
  row(case, "score", "model", s$sctest[["test"]], call)
  row(case, "Wald", "model", fit$wald.test[[1]], call)
  con <- concordance(fit)
  row(case, "concordance", "model", con$concordance, sprintf("concordance(%s)", call), 1e-9)
  row(case, "concordance std_err", "model", sqrt(con$var), sprintf("sqrt(concordance(%s)$var)", call), 1e-6)
  if (!robust) {
    z <- cox.zph(fit)$table
    terms <- c(horTh = "arm", age = "AGE", menostat = "MENOSTAT", tsize = "TSIZE", tgrade = "TGRADE", pnodes = "PNODES", GLOBAL = "GLOBAL", "horTh:menostat" = "arm × MENOSTAT")
    for (name in rownames(z)) row(case, "zph", terms[[name]], z[name, "chisq"], sprintf("cox.zph(%s)", call))
  }
  row(case, "martingale sum of squares", "model", sum(resid(fit)^2), sprintf("sum(resid(%s)^2)", call))
  row(case, "deviance sum of squares", "model", sum(resid(fit, "deviance")^2), sprintf("sum(resid(%s, 'deviance')^2)", call))
}
model("covariates", Surv(time, cens) ~ horTh + age + menostat + tsize + tgrade + pnodes)
model("breslow", Surv(time, cens) ~ horTh + age + menostat + tsize + tgrade + pnodes, ties = "breslow")
model("strata", Surv(time, cens) ~ horTh + age + tsize + pnodes + strata(tgrade))
model("interaction", Surv(time, cens) ~ horTh * menostat + age)
model("robust", Surv(time, cens) ~ horTh + age + pnodes, robust = TRUE)
sub <- function(column, name) {
  for (level in levels(d[[column]])) {
    x <- d[d[[column]] == level, ]
    call <- sprintf("coxph(Surv(time, cens) ~ horTh, data=d[d$%s == '%s', ], control=cc)", column, level)
    f <- coxph(Surv(time, cens) ~ horTh, data = x, control = cc)
    row("subgroups", "hazard_ratio", sprintf("%s=%s", name, level), exp(coef(f)[[1]]), call)
    row("subgroups", "upper", sprintf("%s=%s", name, level), exp(coef(f)[[1]] + qnorm(.975) * sqrt(f$var[1])), call)
  }
  f0 <- coxph(as.formula(sprintf("Surv(time, cens) ~ horTh + %s", column)), data = d, control = cc)
  f1 <- coxph(as.formula(sprintf("Surv(time, cens) ~ horTh * %s", column)), data = d, control = cc)
  row("subgroups", "interaction", name, 2 * (f1$loglik[2] - f0$loglik[2]),
    sprintf("2 * difference of loglik, coxph(Surv(time, cens) ~ horTh * %s) and + %s", column, column))
}
sub("menostat", "MENOSTAT")
sub("tgrade", "TGRADE")
