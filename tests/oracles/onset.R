# Reference values for tests/dashboard/test_onset_analysis.py:
# `Rscript onset.R EQX301 PILOT > onset_incidence.csv`, where both are folders that hold adsl.csv and
# adae.csv: of sample_data.eqx301.build_eqx301(), and of the CDISC pilot's ADaM files.
suppressMessages({library(survival); library(cmprsk)})
stopifnot(packageVersion("survival") == "3.5.3", packageVersion("cmprsk") == "2.2.11")
folders <- commandArgs(trailingOnly = TRUE)
table <- function(folder, name) {
  read.csv(file.path(folder, name), check.names = FALSE, na.strings = "")
}
rows <- data.frame()
control <- coxph.control(eps = 1e-12, toler.chol = 1e-14)
emit <- function(case, quantity, arm, expected, tolerance, call) {
  package <- if (grepl("cuminc", call)) "cmprsk 2.2-11" else "survival 3.5-3"
  source <- sprintf("R 4.2.2, %s: tests/oracles/onset.R: %s", package, call)
  rows <<- rbind(rows, data.frame(case, quantity, arm, expected = sprintf("%.15g", expected),
                                  tolerance, source))
}

# One row per subject of the safety set: day, and what came first (1 event, 2 death, 3 left).
first_ends <- function(adsl, adae, end, died, left) {
  onset <- tapply(as.integer(as.Date(adae$ASTDT)), adae$USUBJID, min)[adsl$USUBJID]
  day <- onset - as.integer(as.Date(adsl$TRTSDT)) + 1L
  days <- as.integer(end - as.Date(adsl$TRTSDT)) + 1L
  happened <- !is.na(day) & day <= days
  code <- ifelse(happened, 1L, ifelse(died, 2L, ifelse(left, 3L, 0L)))
  data.frame(arm = adsl$TRT01A, time = ifelse(happened, pmax(day, 1L), days), code)
}

report <- function(case, d, arms, at) {
  d$arm <- factor(d$arm, arms)
  for (competing in c("death or discontinuation", "death")) {
    name <- paste(case, competing, sep = "|")
    code <- if (competing == "death") ifelse(d$code == 3L, 0L, d$code) else d$code
    state <- factor(code, 0:max(code))
    here <- summary(survfit(Surv(d$time, state) ~ d$arm), times = at)
    p <- here$pstate[, 2]; se <- here$std.err[, 2]
    ci <- cuminc(d$time, code, d$arm)
    for (k in seq_along(arms)) {
      emit(name, "incidence", arms[k], p[k], 1e-10, "survfit(Surv(time, state) ~ arm)")
      emit(name, "std_err", arms[k], se[k], 1e-8, "survfit(Surv(time, state) ~ arm)")
      one <- ci[[paste(arms[k], "1")]]
      last <- max(which(one$time <= at))
      emit(name, "incidence", arms[k], one$est[last], 1e-10, "cuminc(time, code, arm)")
      if (k == 1) next
      reach <- qnorm(0.975) * sqrt(sum((se[c(1, k)] / p[c(1, k)])^2))
      ratio <- p[k] / p[1]
      values <- c(ratio = ratio, ratio_lower = ratio * exp(-reach), ratio_upper = ratio * exp(reach))
      for (n in names(values)) {
        emit(name, n, arms[k], values[[n]], 1e-8, "delta method on survfit(Surv(time, state) ~ arm)")
      }
    }
  }
  km <- summary(survfit(Surv(d$time, d$code == 1L) ~ d$arm), times = at)
  cox <- summary(coxph(Surv(time, code == 1L) ~ arm, data = d, control = control))
  for (k in seq_along(arms)) {
    emit(case, "overestimate", arms[k], 1 - km$surv[k], 1e-10, "survfit(Surv(time, code == 1) ~ arm)")
    if (k == 1) next
    for (n in c("exp(coef)", "lower .95", "upper .95")) {
      quantity <- c("exp(coef)" = "hazard_ratio", "lower .95" = "lower", "upper .95" = "upper")[[n]]
      emit(case, quantity, arms[k], cox$conf.int[k - 1, n], 1e-8, "coxph(Surv(time, code == 1) ~ arm)")
    }
  }
}

adsl <- subset(table(folders[1], "adsl.csv"), SAFFL == "Y")
adae <- subset(table(folders[1], "adae.csv"), TRTEMFL == "Y" & USUBJID %in% adsl$USUBJID)
for (n in c("TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT", "EOSDT", "DATACUT")) adsl[[n]] <- as.Date(adsl[[n]])
over <- adsl$TRTEDT + 30
number <- function(date) as.numeric(date)
end <- as.Date(pmin(
  ifelse(is.na(over), number(adsl$DATACUT), number(over)), number(adsl$DTHDT),
  ifelse(is.na(adsl$DTHDT), number(adsl$LSTALVDT), NA), number(adsl$EOSDT), number(adsl$DATACUT),
  na.rm = TRUE), origin = "1970-01-01")
died <- !is.na(adsl$DTHDT) & adsl$DTHDT <= end
left <- (adsl$EOTSTT == "DISCONTINUED" & !is.na(over) & end == over) |
  (adsl$EOSSTT == "DISCONTINUED" & !is.na(adsl$EOSDT) & end == adsl$EOSDT)
left[is.na(left)] <- FALSE
arms <- c("Placebo", "Lumarestat 200 mg")
report("EQX-301|any", first_ends(adsl, adae, end, died, left), arms, 56)
report("EQX-301|Red-cell dip",
       first_ends(adsl, subset(adae, AEDECOD == "Red-cell dip"), end, died, left), arms, 182)

adsl <- subset(table(folders[2], "adsl.csv"), SAFFL == "Y")
adae <- subset(table(folders[2], "adae.csv"), TRTEMFL == "Y" & USUBJID %in% adsl$USUBJID)
for (n in c("TRTSDT", "TRTEDT", "RFENDT")) adsl[[n]] <- as.Date(adsl[[n]])
end <- pmin(adsl$TRTEDT + 30, adsl$RFENDT)
died <- adsl$EOSSTT == "DISCONTINUED" & adsl$DCSREAS %in% "Death" & end == adsl$RFENDT
left <- adsl$EOSSTT == "DISCONTINUED"
arms <- c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
report("pilot|any", first_ends(adsl, adae, end, died, left), arms, 28)
report("pilot|PRURITUS",
       first_ends(adsl, subset(adae, AEDECOD == "PRURITUS"), end, died, left), arms, 182)

write.csv(rows, row.names = FALSE)
