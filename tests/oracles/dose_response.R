# Shapes, guesses and generalised tests by DoseFinding. Run: Rscript tests/oracles/dose_response.R
# Writes dose_response_shapes.csv, dose_response_guesses.csv and dose_response_general.csv.
suppressMessages(library(DoseFinding))
folder <- file.path("tests", "oracles")
version <- paste("DoseFinding", packageVersion("DoseFinding"))
digits <- function(x) format(x, digits = 12)
write <- function(rows, name)
  write.csv(do.call(rbind, rows), file.path(folder, name), row.names = FALSE, quote = TRUE)

# Means with placebo 0.2 and largest effect 0.6, or -0.6. Quadratics have their top within the doses:
# where it lies beyond, 1.0.3 puts the largest effect there and not at the highest dose.
doses <- c(0, 10, 25, 50, 100, 150)
shapes <- list(
  list("linear", "linear", NULL), list("linear-log:offset=1.5", "linlog", NULL),
  list("quadratic:delta=-0.005", "quadratic", -0.005),
  list("emax:ed50=25", "emax", 25), list("sigmoid-emax:ed50=40,hill=3", "sigEmax", c(40, 3)),
  list("exponential:delta=85", "exponential", 85),
  list("logistic:ed50=50,delta=10.88111", "logistic", c(50, 10.88111)),
  list("beta:delta1=0.33,delta2=2.31,scale=200", "betaMod", c(0.33, 2.31)),
  list("beta:delta1=1.39,delta2=1.39,scale=200", "betaMod", c(1.39, 1.39)))
rows <- list()
for (direction in c("increase", "decrease")) for (one in shapes) {
  if (one[[2]] == "quadratic" && direction == "decrease") next  # its sign convention differs
  arguments <- list(doses = doses, placEff = 0.2, maxEff = if (direction == "increase") 0.6 else -0.6,
                    addArgs = list(off = 1.5, scal = 200))
  arguments$direction <- if (direction == "increase") "increasing" else "decreasing"
  arguments[one[[2]]] <- list(one[[3]])
  means <- getResp(do.call(Mods, arguments))
  for (k in seq_along(doses)) rows[[length(rows) + 1]] <- data.frame(
    shape = one[[1]], direction, dose = doses[k], expected = digits(means[k, 1]), tolerance = 1e-8,
    source = paste0(version, ": getResp(Mods(placEff = 0.2, maxEff = ", arguments$maxEff, "))"))
}
write(rows, "dose_response_shapes.csv")

rows <- list()
guess <- function(family, points, options, names, values, call)
  for (k in seq_along(names)) rows[[length(rows) + 1]] <<- data.frame(
    family, points, options, parameter = names[k], expected = digits(values[[k]]),
    tolerance = 1e-4, source = paste0(version, ": ", call))
guess("emax", "0.2 0.3", "", "ed50", guesst(0.2, 0.3, "emax"), "guesst(0.2, 0.3, \"emax\")")
guess("sigmoid-emax", "0.2 0.3;0.6 0.8", "", c("ed50", "hill"), guesst(c(0.2, 0.6), c(0.3, 0.8), "sigEmax"),
      "guesst(c(0.2, 0.6), c(0.3, 0.8), \"sigEmax\")")
guess("logistic", "0.2 0.3;0.6 0.8", "", c("ed50", "delta"), guesst(c(0.2, 0.6), c(0.3, 0.8), "logistic"),
      "guesst(c(0.2, 0.6), c(0.3, 0.8), \"logistic\")")
guess("exponential", "0.4 0.3", "highest_dose=1", "delta", guesst(0.4, 0.3, "exponential", Maxd = 1),
      "guesst(0.4, 0.3, \"exponential\", Maxd = 1)")
guess("quadratic", "0.2 0.5", "", "delta", guesst(0.2, 0.5, "quadratic"), "guesst(0.2, 0.5, \"quadratic\")")
guess("beta", "0.2 0.5", "scale=1.2;peak_dose=0.6", c("delta1", "delta2"),
      guesst(0.2, 0.5, "betaMod", scal = 1.2, dMax = 0.6, Maxd = 1),
      "guesst(0.2, 0.5, \"betaMod\", scal = 1.2, dMax = 0.6, Maxd = 1)")
write(rows, "dose_response_guesses.csv")

# Generalised: log odds of 40 subjects per dose by logistic regression, and a full covariance.
rows <- list()
events <- c(6, 9, 14, 20, 22); subjects <- rep(40, 5); dose <- c(0, 0.05, 0.2, 0.6, 1)
fit <- glm(cbind(events, subjects - events) ~ factor(dose) - 1, family = binomial,
           control = glm.control(epsilon = 1e-12, maxit = 100))
correlated <- 0.05 * (0.7 * diag(5) + 0.3) * outer(c(1, 1.2, 1, 0.8, 1.1), c(1, 1.2, 1, 0.8, 1.1))
cases <- list(
  binary = list(coef(fit), unname(vcov(fit)), "glm(binomial)"),
  correlated = list(c(0.34, 0.46, 0.81, 0.93, 0.95), correlated, "correlated estimates"))
models <- Mods(doses = dose, linear = NULL, emax = 0.2, exponential = 0.28, quadratic = -0.85,
               sigEmax = c(0.3, 3))
names <- c("linear", "emax:ed50=0.2", "exponential:delta=0.28", "quadratic:delta=-0.85",
           "sigmoid-emax:ed50=0.3,hill=3")
families <- list(linear = "linear", quadratic = "quadratic", emax = "emax", exponential = "exponential",
                 sigEmax = "sigmoid-emax", logistic = "logistic", betaMod = "beta", linlog = "linear-log")
for (case in names(cases)) {
  mu <- unname(cases[[case]][[1]]); S <- cases[[case]][[2]]
  add <- function(shape, quantity, at, expected, tolerance, call)
    rows[[length(rows) + 1]] <<- data.frame(
      case, estimates = paste(digits(mu), collapse = ";"), covariance = paste(digits(S), collapse = ";"),
      shape, quantity, at, expected = digits(expected), tolerance,
      source = paste0(version, ", ", cases[[case]][[3]], ": ", call))
  test <- MCTtest(dose, mu, S = S, models = models, type = "general", pVal = TRUE, alpha = 0.025)
  statistics <- as.numeric(test$tStat)
  for (k in seq_along(names)) {
    add(names[k], "statistic", "", statistics[k], 1e-6, "MCTtest(type = \"general\")")
    for (j in seq_along(dose))
      add(names[k], "contrast", dose[j], test$contMat[j, k], 1e-6, "optContr(S = S)")
  }
  set.seed(1)
  R <- test$corMat; bound <- mvtnorm::qmvnorm(0.975, tail = "lower.tail", corr = R,
    algorithm = mvtnorm::GenzBretz(maxpts = 1e7, abseps = 1e-7), interval = c(1.9, 2.6))$quantile
  add("", "critical_value", "", bound, 2e-3, "mvtnorm::qmvnorm(0.975, corr = R)")
  for (model in names(families)) {
    found <- fitMod(dose, mu, S = S, model = model, type = "general", bnds = defBnds(1)[[model]],
                    addArgs = list(scal = 1.2, off = 0.01))
    add(families[[model]], "gaic", "", gAIC(found), 2e-3, "gAIC(fitMod(type = \"general\"))")
    for (d in c(0, 0.1, 0.4, 1))
      add(families[[model]], "mean", d, predict(found, predType = "ls-means", doseSeq = d), 3e-3,
          "predict(fitMod(type = \"general\"))")
  }
}
# The bootstrap of one fit: percentiles of curves fitted to drawn estimates.
for (case in names(cases)) for (model in c("emax", "quadratic", "exponential")) {
  mu <- unname(cases[[case]][[1]]); S <- cases[[case]][[2]]
  set.seed(1)
  draws <- bFitMod(dose, mu, S, model = model, type = "bootstrap", nSim = 4000, bnds = defBnds(1)[[model]])
  curves <- predict(draws, doseSeq = c(0.1, 0.4, 1), summaryFct = function(x) quantile(x, c(0.025, 0.975)))
  for (side in 1:2) for (k in 1:3) rows[[length(rows) + 1]] <- data.frame(
    case, estimates = paste(digits(mu), collapse = ";"), covariance = paste(digits(S), collapse = ";"),
    shape = families[[model]], quantity = c("bootstrap lower", "bootstrap upper")[side],
    at = c(0.1, 0.4, 1)[k], expected = digits(curves[side, k]), tolerance = 0.3 * sqrt(S[5, 5]),
    source = paste0(version, ", ", cases[[case]][[3]],
                    ": predict(bFitMod(type = \"bootstrap\", nSim = 4000), seed 1)"))
}
write(rows, "dose_response_general.csv")
